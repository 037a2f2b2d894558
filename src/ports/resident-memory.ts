/**
 * Bytes of memory that the processes of sessions hold; everything we start leads one. Asking costs a look at every process
 * of the machine, about 15 µs each.
 */
export type ResidentMemory = (sessions: ReadonlySet<number>) => ReadonlyMap<number, number>
