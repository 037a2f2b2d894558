// `npm run soak [-- --minutes N] [-- --services N]`: services that crash all the time, and what that does to us.
import { runBundled } from "./bundle.mjs"

await runBundled("bench/soak/soak.ts", process.argv.slice(2))
