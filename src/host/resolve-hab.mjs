// A hook of Node's module loader: where "hab" cannot be found by its name, it is the file given to us.
let target

export function initialize(data) {
  target = data
}

export async function resolve(name, context, next) {
  if (name !== "hab") return next(name, context)
  try {
    return await next(name, context)
  } catch {
    return { url: target, shortCircuit: true }
  }
}
