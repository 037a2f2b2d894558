import type { Program, TemplateNode } from "./ast.ts"

/** The names of the templates a program includes, inline partials apart. */
export function includedNames(program: Program): string[] {
  const inline = new Set(nodesOf(program).flatMap((node) => (node.tag === "inline" ? [node.name] : [])))
  return nodesOf(program).flatMap((node) => {
    const name = node.tag === "partial" ? node.call.name : undefined
    return typeof name === "string" && !inline.has(name) ? [name] : []
  })
}

/** Every node of a program, those inside blocks and partials included. */
function nodesOf(program: Program): TemplateNode[] {
  return program.flatMap((node) => {
    if (node.tag === "block") return [node, ...nodesOf(node.body), ...nodesOf(node.inverse ?? [])]
    return node.tag === "inline" || node.tag === "partial" ? [node, ...nodesOf(node.body ?? [])] : [node]
  })
}
