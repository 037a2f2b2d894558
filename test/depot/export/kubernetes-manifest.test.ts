import { describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { kubernetesManifest } from "../../../src/depot/export/kubernetes-manifest.ts"

const REQUEST = { name: "Web_server", image: "registry/acme/web:1", replicas: 2, ports: [8080], shutdownTimeoutSec: 8 }
const objectsOf = (text: string) => parseAllDocuments(text).map((document) => document.toJS())

describe("an exported Kubernetes manifest", () => {
  it("runs the image as an ordinary user, asks hab whether it is ready, and leaves it time to stop", () => {
    const [deployment, service] = objectsOf(kubernetesManifest(REQUEST))
    expect(deployment).toMatchObject({
      kind: "Deployment",
      metadata: { name: "web-server" },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "web-server" } },
        template: {
          metadata: { labels: { app: "web-server" } },
          spec: {
            terminationGracePeriodSeconds: 30,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 0 },
            containers: [
              {
                image: "registry/acme/web:1",
                ports: [{ containerPort: 8080 }],
                readinessProbe: { exec: { command: expect.arrayContaining(["wait", "Web_server", "--healthy"]) } },
              },
            ],
          },
        },
      },
    })
    expect(service).toMatchObject({ kind: "Service", spec: { selector: { app: "web-server" } } })
  })

  it("says everything where it counts, as people write such files: without anchors", () => {
    expect(kubernetesManifest(REQUEST)).not.toMatch(/[&*]/)
  })

  it("has no Service for a package without ports", () => {
    expect(objectsOf(kubernetesManifest({ ...REQUEST, ports: [] })).map(({ kind }) => kind)).toEqual(["Deployment"])
  })
})
