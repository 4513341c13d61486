/** How long things take, as shapes: most people see a tail sooner than they read one. */
import { Spark } from "../../ui/spark.tsx";
import { counted, figure } from "../../words/figures.ts";
import { underOf } from "./domain/figures.ts";
import { type Shape, shapesOf } from "./domain/histograms.ts";
import type { Sample } from "./domain/metrics.ts";

export const Shapes = ({ samples }: { readonly samples: readonly Sample[] }) => {
  const shapes = shapesOf(samples);
  if (shapes.length === 0) return null;
  return (
    <section className="block" aria-labelledby="hlt-shapes">
      <h2 className="h" id="hlt-shapes">
        How long things take{" "}
        <small>since the start; each bar is a span of time, the shorter ones first</small>
      </h2>
      <ul className="hlt-shapes">
        {shapes.map((shape) => (
          <One shape={shape} key={shape.name} />
        ))}
      </ul>
    </section>
  );
};

const One = ({ shape: { name, what, p50, p99, all, counts, from, to } }: { readonly shape: Shape }) => (
  <li>
    <h3>
      {name} <span className="muted num">{figure(all)}</span>
    </h3>
    <dl className="num">
      <div>
        <dt>Half of them</dt>
        <dd>{underOf(p50)}</dd>
      </div>
      <div>
        <dt>99 of 100</dt>
        <dd>{underOf(p99)}</dd>
      </div>
    </dl>
    <Spark
      counts={counts}
      label={`${counted(all, "time")} ${what}: the middle one ${underOf(p50)}, 99 of 100 ${underOf(p99)}`}
    />
    <p className="hlt-ends small muted num">
      <span>{secondsOf(from)}</span>
      <span>{to === Number.POSITIVE_INFINITY ? "longer" : secondsOf(to)}</span>
    </p>
    <p className="small muted">{what}</p>
  </li>
);

const secondsOf = (seconds: number): string =>
  seconds < 1 ? `${Number((seconds * 1_000).toPrecision(3))}\u00a0ms` : `${seconds}\u00a0s`;
