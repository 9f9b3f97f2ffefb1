/** `@cache/metrics/monitoring`: what draws the figures, and what watches them. */
export { alertRules, alertRulesText } from './alerts.ts';
export type { AlertOptions, AlertRule, AlertRules, AlertThresholds } from './alerts.ts';
export { dashboards } from './dashboards.ts';
