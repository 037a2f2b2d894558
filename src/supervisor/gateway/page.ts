import { GATEWAY_ROUTES } from "./http-routes.ts"

/** The page at `/`: what can be asked, printed from the table of routes. */
export function gatewayPage(version: string): string {
  const rows = GATEWAY_ROUTES.map(({ path, summary }) => {
    const shown = path.includes("{") ? path : `<a href="${path}">${path}</a>`
    return `<tr><td><code>${shown}</code></td><td>${summary}</td></tr>`
  })
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>hab supervisor</title></head>
<body>
<h1>hab supervisor ${escapeHtml(version)}</h1>
<p>Only GET. Where a token is set, send it as <code>Authorization: Bearer TOKEN</code>.</p>
<table>
${rows.join("\n")}
</table>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}
