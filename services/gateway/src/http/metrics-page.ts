/** `/metrics` in what the scraper reads: OpenMetrics for who asks for it, else the text of Prometheus (N1-035). */
import type { Metrics } from "@claw/runtime";
import { type Metric, type MetricObject, Registry, type RegistryContentType } from "prom-client";

/** A page of figures as it goes out. */
export interface MetricsPage {
  readonly text: string;
  readonly contentType: string;
}

/** The page, as text of Prometheus or as OpenMetrics where that is asked for. */
export async function metricsPage(metrics: Metrics, accept: string | undefined): Promise<MetricsPage> {
  if (accept?.toLowerCase().includes("application/openmetrics-text") === true) return openMetrics(metrics);
  return { text: await metrics.metrics(), contentType: metrics.contentType };
}

/** Writing OpenMetrics renames the counters that it is given, so it is given stand-ins: the others' page keeps its names. */
async function openMetrics(metrics: Metrics): Promise<MetricsPage> {
  const page: Registry<RegistryContentType> = new Registry();
  page.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of metrics.getMetricsAsArray())
    page.registerMetric(Object.create(metric) as MetricObject & Metric);
  return { text: await page.metrics(), contentType: page.contentType };
}
