/** A small chart of counts: bars on a baseline of nought, each as high as its share of the highest. The figure stands beside it; what it shows is said as a sentence too. */
export interface SparkProps {
  readonly counts: readonly number[];
  /** What the bars are, in a sentence: it is what is read out in place of the shape. */
  readonly label: string;
}

/** Units of the drawing, not px: it is stretched to its place. */
const BAR = 4;
const GAP = 1;
const HEIGHT = 28;
/** What is not nought can be seen. */
const LEAST = 2;

export function Spark({ counts, label }: SparkProps) {
  const most = Math.max(1, ...counts);
  return (
    <svg
      className="spark"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${counts.length * (BAR + GAP)} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      {counts.map((count, index) => {
        const height = count === 0 ? GAP : Math.max(LEAST, (count / most) * HEIGHT);
        return (
          <rect
            key={index}
            className={count === 0 ? "none" : undefined}
            x={index * (BAR + GAP)}
            y={HEIGHT - height}
            width={BAR}
            height={height}
          />
        );
      })}
    </svg>
  );
}
