import type { Bench, Row } from "../bench.ts"
import { interleaved, rowsOf } from "./interleaved.ts"
import { type Shop, shell, withShop } from "./shop.ts"
import { TREES, type Tree } from "./trees.ts"

const LEVEL = 6
const LIMIT = 0.85
/** Few large files take as long in every round; many small ones depend on what else the disk does. */
const MANY_FILES = 1000

/** At this level 300 MB take minutes, for both sides. */
const PACKED: readonly Tree[] = TREES.map((tree) =>
  tree.name === "300 MB" ? { ...tree, name: "50 MB", files: 5 } : tree,
)

/** Packing and signing a built package, beside `tar | xz -T0` at the same level. */
export const packBench: Bench = {
  name: "pack",
  peers: ["tar|xz"],
  async *run() {
    for (const tree of PACKED) yield* await withShop(tree, packRows)
  },
}

async function packRows(shop: Shop): Promise<Row[]> {
  const times = await interleaved({ warmUps: 0, timed: shop.tree.files < MANY_FILES ? 1 : 2 }, [
    { name: "hab", run: () => shop.pack(LEVEL) },
    {
      name: "tar|xz",
      run: () => shell(`tar -c -C "${shop.folder}/tree" hab | xz -T0 -${LEVEL} >"${shop.folder}/peer.tar.xz"`),
    },
  ])
  return rowsOf(`pack ${shop.tree.name}`, times, { peer: "tar|xz", limit: LIMIT })
}
