/** A signal for who cannot be cancelled: it is never aborted. */
export const NEVER: AbortSignal = new AbortController().signal
