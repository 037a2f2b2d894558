import type { GuardName } from "../../src/supervisor/service/guards.ts"
import type { Row } from "../../src/supervisor/service/row.ts"

/** A machine with one thing wrong. */
export type Mutant = Readonly<{
  name: string
  /** The row that is wrong. */
  row: Row
  rows: readonly Row[]
  /** The condition it does without: it can answer where only that one keeps the right row from it. */
  unless?: GuardName
}>

/**
 * Every row dropped, every row given the answer of another that shares an event and of one that shares a state, every
 * action and condition of a row left out, every state and event of a row left out.
 */
export function mutantsOf(rows: readonly Row[]): Mutant[] {
  return rows.flatMap((row) => [
    ...without(rows, row),
    ...swapped(rows, row),
    ...withoutActions(rows, row),
    ...withoutConditions(rows, row),
    ...withoutCells(rows, row),
  ])
}

function mutate(rows: readonly Row[], row: Row, name: string, wrong: Row | undefined): Mutant {
  const others = rows.flatMap((other) => (other === row ? (wrong ?? []) : other))
  return { name: `${row.id}: ${name}`, row, rows: others }
}

/** A row that does nothing cannot be missed: what has no row is dropped. */
function isInert({ to, next, do: actions }: Row): boolean {
  return to === undefined && next === undefined && actions === undefined
}

function without(rows: readonly Row[], row: Row): Mutant[] {
  return isInert(row) ? [] : [mutate(rows, row, "dropped", undefined)]
}

function swapped(rows: readonly Row[], row: Row): Mutant[] {
  const at = rows.indexOf(row)
  const others = [...rows.slice(at + 1), ...rows.slice(0, at)].filter((other) => leads(other) !== leads(row))
  const byEvent = others.find((other) => other.on.some((event) => row.on.includes(event)))
  const byState = others.find((other) => other.in.some((state) => row.in.includes(state)))
  return [...new Set([byEvent, byState])].flatMap((other) =>
    other === undefined ? [] : [mutate(rows, row, `answers like “${other.id}”`, answerLike(row, other))],
  )
}

function leads({ to, next }: Row): string {
  return to === undefined ? "stays" : `${to}{${next}}`
}

function answerLike({ id, in: states, on, when, because }: Row, other: Row): Row {
  const { to, next, do: actions } = other
  return {
    id,
    in: states,
    on,
    because,
    ...(when && { when }),
    ...(actions && { do: actions }),
    ...(to && { to }),
    ...(next && { next }),
  }
}

function withoutActions(rows: readonly Row[], row: Row): Mutant[] {
  return (row.do ?? []).map((action) =>
    mutate(rows, row, `without “${action}”`, { ...row, do: row.do?.filter((other) => other !== action) ?? [] }),
  )
}

function withoutConditions(rows: readonly Row[], row: Row): Mutant[] {
  return (row.when ?? []).map((condition) => {
    const when = row.when?.filter((other) => other !== condition) ?? []
    return { ...mutate(rows, row, `even unless “${condition}”`, { ...row, when }), unless: condition }
  })
}

function withoutCells(rows: readonly Row[], row: Row): Mutant[] {
  if (isInert(row)) return []
  const states = row.in.length < 2 ? [] : row.in
  const events = row.on.length < 2 ? [] : row.on
  return [
    ...states.map((state) =>
      mutate(rows, row, `not while ${state}`, { ...row, in: row.in.filter((other) => other !== state) }),
    ),
    ...events.map((event) =>
      mutate(rows, row, `not on ${event}`, { ...row, on: row.on.filter((other) => other !== event) }),
    ),
  ]
}
