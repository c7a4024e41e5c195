/**
 * The vote of 0.2: each list gives its names, cut down to the common ones, the
 * points rank / length; the fewest points win, ties go to the first in
 * alphabetical order. Both sides come to the same result, but whoever writes a
 * list chooses its rivals.
 *
 * @returns `undefined` without a common name
 */
export function electClassicCipher (ours: readonly string[], theirs: readonly string[]): string | undefined {
  const points = new Map<string, number>()

  vote(points, ours.filter(name => theirs.includes(name)))
  vote(points, theirs.filter(name => ours.includes(name)))

  let elected: string | undefined

  for (const name of [...points.keys()].sort()) {
    if (elected == null || pointsOf(points, name) < pointsOf(points, elected)) {
      elected = name
    }
  }

  return elected
}

function vote (points: Map<string, number>, names: readonly string[]): void {
  names.forEach((name, i) => {
    points.set(name, pointsOf(points, name) + (i + 1) / names.length)
  })
}

function pointsOf (points: Map<string, number>, name: string): number {
  return points.get(name) ?? 0
}
