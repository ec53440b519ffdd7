/** Upper bounds in which the time is told that a change took to be answered, seconds; a longer time counts in one more. */
export const LATENCY_BUCKETS = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, 60, 600, 3600,
] as const
