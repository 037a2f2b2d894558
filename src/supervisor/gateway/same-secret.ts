/** Whether two texts are equal; takes as long for a guess that is nearly right as for one that is wrong. */
export function isSameSecret(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length
  for (let at = 0; at < expected.length; at++) difference |= expected.charCodeAt(at) ^ given.charCodeAt(at)
  return difference === 0
}
