import { Buffer } from "node:buffer"
import type { Change, ClusterEntry, Guard, Listing, Write } from "../cluster-store.ts"

/**
 * What is said to etcd's JSON gateway and what it says (v3): bytes are base64, 64-bit numbers are strings, fields with
 * their zero value are absent.
 */
export type Header = Readonly<{ revision?: string }>
export type KeyValue = Readonly<{ key?: string; value?: string; create_revision?: string; mod_revision?: string }>
export type RangeReply = Readonly<{ header?: Header; kvs?: readonly KeyValue[] }>
export type TxnReply = Readonly<{ header?: Header; succeeded?: boolean }>
export type LeaseReply = Readonly<{ ID?: string; TTL?: string }>
export type KeepAliveReply = Readonly<{ result?: LeaseReply; error?: Readonly<{ message?: string }> }>
export type WatchEvent = Readonly<{ type?: "PUT" | "DELETE"; kv?: KeyValue }>
export type WatchReply = Readonly<{
  header?: Header
  created?: boolean
  canceled?: boolean
  cancel_reason?: string
  compact_revision?: string
  events?: readonly WatchEvent[]
}>

/** The key and the key after the last one that begins like it, which is how etcd names a prefix. */
export function prefixRange(prefix: string): Readonly<{ key: string; range_end: string }> {
  const bytes = Buffer.from(prefix)
  const end = Buffer.from(bytes)
  let last = end.length - 1
  while (last >= 0 && end[last] === 0xff) last--
  if (last < 0) return { key: encode(prefix === "" ? "\0" : prefix), range_end: encode("\0") }
  end[last] = (end[last] ?? 0) + 1
  return { key: encode(prefix), range_end: end.subarray(0, last + 1).toString("base64") }
}

/** A guarded commit as a transaction. */
export function transaction(guards: readonly Guard[], writes: readonly Write[]): object {
  return { compare: guards.map(comparison), success: writes.map(operation) }
}

function comparison(guard: Guard): object {
  const key = encode(guard.key)
  switch (guard.tag) {
    case "absent":
      return { key, target: "CREATE", result: "EQUAL", create_revision: "0" }
    case "unchanged":
      return { key, target: "MOD", result: "EQUAL", mod_revision: String(guard.revision) }
    case "made-at":
      return { key, target: "CREATE", result: "EQUAL", create_revision: String(guard.createRevision) }
  }
}

function operation(write: Write): object {
  const key = encode(write.key)
  if (write.tag === "delete") return { request_delete_range: { key } }
  const lease = write.lease === undefined ? {} : { lease: write.lease }
  return { request_put: { key, value: encode(write.value), ...lease } }
}

/** The entries of a range, in the order of their keys. */
export function listingOf({ header, kvs = [] }: RangeReply): Listing {
  return { entries: kvs.map(entryOf), revision: Number(header?.revision ?? 0) }
}

/** The changes of a watch, in the order in which they happened. */
export function changesOf(events: readonly WatchEvent[]): Change[] {
  return events.flatMap(({ type, kv }): Change[] => {
    if (kv === undefined) return []
    const entry = entryOf(kv)
    if (type === "DELETE") return [{ tag: "deleted", key: entry.key, revision: entry.revision }]
    return [{ tag: "put", entry }]
  })
}

/** Of the last of them. The header of a watch's answer tells how far the store is: who catches up was not told so much. */
export function lastRevision(changes: readonly Change[]): number {
  const last = changes.at(-1)
  return (last?.tag === "put" ? last.entry.revision : last?.revision) ?? 0
}

function entryOf({ key = "", value = "", create_revision = "0", mod_revision = "0" }: KeyValue): ClusterEntry {
  return {
    key: decode(key),
    value: decode(value),
    createRevision: Number(create_revision),
    revision: Number(mod_revision),
  }
}

/** Text as etcd's gateway takes bytes. */
export function encode(text: string): string {
  return Buffer.from(text).toString("base64")
}

function decode(text: string): string {
  return Buffer.from(text, "base64").toString("utf8")
}
