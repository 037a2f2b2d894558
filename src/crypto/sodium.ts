type Sodium = typeof import("libsodium-wrappers").default

let loading: Promise<Sodium> | undefined

/** libsodium, compiled at first use: commands that sign and hash nothing never pay for it. */
export function loadSodium(): Promise<Sodium> {
  loading ??= import("libsodium-wrappers").then(async ({ default: sodium }) => {
    await sodium.ready
    return sodium
  })
  return loading
}
