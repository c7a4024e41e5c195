/**
 * Medians, because one disturbed round says nothing.
 */

export function median (values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1

  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Three significant digits, no exponents */
export function format (value: number): string {
  if (value === 0) {
    return '0'
  }

  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))

  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ',')
}
