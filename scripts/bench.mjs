// `npm run bench [NAME...] [-- --check]`: real figures beside the peers'.
import { runBundled } from "./bundle.mjs"

await runBundled("bench/main.ts", process.argv.slice(2))
