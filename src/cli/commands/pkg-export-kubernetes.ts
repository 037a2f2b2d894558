import { kubernetesManifest } from "../../depot/export/kubernetes-manifest.ts"
import { parseIdent } from "../../package/ident.ts"
import { readMetadata } from "../../package/metadata.ts"
import { defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

const SHUTDOWN_TIMEOUT_SEC = 8

/** `hab pkg export kubernetes`: what runs an exported image in a cluster. */
export const exportKubernetesCommand = defineCommand({
  name: "export kubernetes",
  summary: "Print a Kubernetes manifest that runs the image of an installed package",
  arguments: "<ident>",
  examples: ["hab pkg export kubernetes acme/web --image registry.example.com/acme/web:1.0 | kubectl apply -f -"],
  options: {
    image: { kind: "text", value: "IMAGE", summary: "Where the cluster finds the image (default: ORIGIN/NAME:latest)" },
    replicas: { kind: "number", value: "N", default: 1, minimum: 0, summary: "How many containers run" },
  },
  async run({ args: [text = ""], options }, context) {
    const pkg = openStore(context).load(parseIdent(text))
    const { exposes, shutdownTimeoutSec } = readMetadata(context.host, pkg)
    const { origin, name } = pkg.ident
    const manifest = kubernetesManifest({
      name,
      image: options.image ?? `${origin}/${name}:latest`,
      replicas: options.replicas,
      ports: exposes.map(Number),
      shutdownTimeoutSec: shutdownTimeoutSec ?? SHUTDOWN_TIMEOUT_SEC,
    })
    return { text: manifest, exact: true }
  },
})
