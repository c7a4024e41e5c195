/** What two classes of measurements say about their difference. */
export interface Welch {
  /** Welch's t: beyond ±4.5 the two classes differ, however little. */
  readonly t: number

  /** The difference of the means, first less second. */
  readonly effect: number

  /** The difference is within the effect plus and minus this, with 95%. */
  readonly halfWidth: number

  /** Of all that was counted. */
  readonly mean: number
}

/** Of a class and the other together: what is above is the machine doing something else. */
const KEPT = 0.9

/** Welch's t-test of two samples, cut at a quantile of both together. */
export function welch (first: readonly number[], second: readonly number[]): Welch {
  const sorted = [...first, ...second].sort((a, b) => a - b)
  const limit = sorted[Math.ceil(sorted.length * KEPT) - 1]
  const [a, b] = [first, second].map(values => moments(values.filter(value => value <= limit)))
  const error = Math.sqrt(a.variance / a.count + b.variance / b.count)
  const effect = a.mean - b.mean

  return { t: effect / error, effect, halfWidth: 1.96 * error, mean: (a.mean * a.count + b.mean * b.count) / (a.count + b.count) }
}

function moments (values: readonly number[]): { count: number, mean: number, variance: number } {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)

  return { count, mean, variance }
}
