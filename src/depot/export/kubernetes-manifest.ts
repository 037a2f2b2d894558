import { stringify } from "yaml"
import { IMAGE_USER } from "./system-members.ts"

export type ManifestRequest = Readonly<{
  /** Name of the service: of every object, and of the label that ties them together. */
  name: string
  /** Where the cluster finds the image. */
  image: string
  replicas: number
  /** Ports others reach it at. */
  ports: readonly number[]
  /** How long the service may take to stop. */
  shutdownTimeoutSec: number
}>

/** What the supervisor takes to stop beside the service itself. */
const SUPERVISOR_STOP_SEC = 22
const NAME_LENGTH_MAX = 63

/** A Deployment of an exported image, and a Service when it has ports, as YAML. */
export function kubernetesManifest(request: ManifestRequest): string {
  const documents = request.ports.length === 0 ? [deployment(request)] : [deployment(request), service(request)]
  return documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join("---\n")
}

function deployment(request: ManifestRequest) {
  const { name, replicas, shutdownTimeoutSec } = request
  const labels = { app: objectName(name) }
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: objectName(name), labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: shutdownTimeoutSec + SUPERVISOR_STOP_SEC,
          securityContext: { runAsNonRoot: true, runAsUser: IMAGE_USER.uid, runAsGroup: IMAGE_USER.gid },
          containers: [container(request)],
        },
      },
    },
  }
}

/** Ready is what the health check says: without a check, that the process runs. */
function container({ name, image, ports }: ManifestRequest) {
  const command = ["hab", "svc", "wait", name, "--healthy", "--timeout", "5"]
  return {
    name: objectName(name),
    image,
    ...(ports.length === 0 ? {} : { ports: ports.map((containerPort) => ({ containerPort })) }),
    readinessProbe: { exec: { command }, periodSeconds: 10, timeoutSeconds: 10 },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  }
}

function service({ name, ports }: ManifestRequest) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: objectName(name) },
    spec: {
      selector: { app: objectName(name) },
      ports: ports.map((port) => ({ name: `port-${port}`, port, targetPort: port })),
    },
  }
}

/** Objects have names of lower-case letters, digits and inner dashes. */
function objectName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-")
    .slice(0, NAME_LENGTH_MAX)
    .replace(/^-+|-+$/g, "")
}
