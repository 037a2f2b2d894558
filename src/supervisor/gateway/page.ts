import { GATEWAY_ROUTES } from "./http-routes.ts"

const STYLE = `
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.4 system-ui, sans-serif }
dl { display: grid; grid-template-columns: minmax(0, auto) minmax(0, 1fr); gap: .4rem 1.5rem }
dt { overflow-wrap: anywhere }
dd { margin: 0 }
@media (max-width: 40rem) { dl { display: block } dd { margin: 0 0 .8rem } }
`

/** The page at `/`: what can be asked, printed from the table of routes. */
export function gatewayPage(version: string): string {
  const rows = GATEWAY_ROUTES.map(({ path, summary }) => {
    const shown = path.includes("{") ? path : `<a href="${path}">${path}</a>`
    return `<dt><code>${shown}</code></dt><dd>${summary}</dd>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>hab supervisor</title>
<style>${STYLE}</style>
</head>
<body>
<h1>hab supervisor ${escapeHtml(version)}</h1>
<p>Only GET. Where a token is set, send it as <code>Authorization: Bearer TOKEN</code>.</p>
<dl>
${rows.join("\n")}
</dl>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}
