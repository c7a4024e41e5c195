/**
 * The seed's ordinal vote (SPEC 3.3): among the names that both sides list, the
 * one whose two ranks, counted in the lists cut down to the common names, have
 * the smallest sum. Neither side's order counts for more.
 *
 * @param ours - names in preference order
 * @param theirs - names in preference order
 * @param strongestFirst - breaks ties and bounds the result: a name that it lacks is not elected
 * @returns `undefined` without a common name
 */
export function elect<Name extends string> (ours: readonly string[], theirs: readonly string[], strongestFirst: readonly Name[]): Name | undefined {
  const isCommon = (name: string): boolean => ours.includes(name) && theirs.includes(name)
  const ourRank = ours.filter(isCommon)
  const theirRank = theirs.filter(isCommon)

  let elected: Name | undefined
  let smallest = Infinity

  for (const name of strongestFirst.filter(isCommon)) {
    const sum = ourRank.indexOf(name) + theirRank.indexOf(name)

    if (sum < smallest) {
      elected = name
      smallest = sum
    }
  }

  return elected
}
