import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import type { FileSystem } from "../../ports/file-system.ts"
import { archiveBytes, type ImageMember } from "./image-member.ts"

const PAUSE_BYTES = 4 * 1024 * 1024
const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
const INDEX_TYPE = "application/vnd.oci.image.index.v1+json"

type Descriptor = Readonly<{ mediaType: string; digest: string; size: number }>

/** A layer to be written: what it is, for the image's history, and what it holds. */
export type ImageLayer = Readonly<{ title: string; members: Iterable<ImageMember> }>

export type ImageRequest = Readonly<{
  layers: readonly ImageLayer[]
  architecture: string
  /** RFC 3339, of what is in it: the same image says the same time whenever it is made. */
  created: string
  /** The `config` of the image: user, entrypoint, environment. */
  config: Readonly<Record<string, unknown>>
  /** What the index calls the image: the `TAG` of `oci:DIR:TAG`; none is there twice. */
  tags: readonly string[]
  /** Its name for engines that load the directory: `acme/web`. */
  name: string
  /** Called every few megabytes; what it throws ends it. */
  pause: () => Promise<void>
}>

export type ImageSummary = Readonly<{ digest: string; layers: readonly Readonly<{ title: string; digest: string }>[] }>

/**
 * Writes an OCI image layout into an empty directory. Layers are plain tar archives: their digest depends on their content
 * alone, not on the release of a compressor; registries and their clients compress them on the way.
 */
export async function writeImageLayout(
  files: FileSystem,
  directory: string,
  request: ImageRequest,
): Promise<ImageSummary> {
  const blobs = `${directory}/blobs/sha256`
  files.makeDirectories(blobs)
  const layers: (Descriptor & { title: string })[] = []
  for (const { title, members } of request.layers) {
    layers.push({ title, ...(await writeLayer(files, blobs, members, request.pause)) })
  }
  const history = layers.map(({ title }) => ({ created: request.created, created_by: title }))
  const { architecture, created, config } = request
  const rootfs = { type: "layers", diff_ids: layers.map(({ digest }) => digest) }
  const image = writeJson(files, blobs, CONFIG_TYPE, { created, architecture, os: "linux", config, rootfs, history })
  const manifest = writeJson(files, blobs, MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: image,
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  })
  const manifests = request.tags.map((tag) => ({
    ...manifest,
    annotations: {
      "org.opencontainers.image.ref.name": tag,
      "io.containerd.image.name": `${request.name}:${tag}`,
    },
  }))
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests }
  files.writeFile(`${directory}/index.json`, JSON.stringify(index))
  files.writeFile(`${directory}/oci-layout`, JSON.stringify({ imageLayoutVersion: "1.0.0" }))
  return { digest: manifest.digest, layers: layers.map(({ title, digest }) => ({ title, digest })) }
}

async function writeLayer(
  files: FileSystem,
  blobs: string,
  members: Iterable<ImageMember>,
  pause: ImageRequest["pause"],
): Promise<Descriptor> {
  const unfinished = `${blobs}/unfinished`
  const hash = createHash("sha256")
  const writer = files.createExclusively(unfinished, 0o644)
  let size = 0
  let paused = 0
  try {
    for (const bytes of archiveBytes(files, members)) {
      hash.update(bytes)
      writer.write(bytes)
      size += bytes.length
      if (size - paused < PAUSE_BYTES) continue
      paused = size
      await pause()
    }
  } finally {
    writer.close()
  }
  const hex = hash.digest("hex")
  files.rename(unfinished, `${blobs}/${hex}`)
  return { mediaType: LAYER_TYPE, digest: `sha256:${hex}`, size }
}

function writeJson(files: FileSystem, blobs: string, mediaType: string, value: unknown): Descriptor {
  const text = JSON.stringify(value)
  const hex = createHash("sha256").update(text).digest("hex")
  files.writeFile(`${blobs}/${hex}`, text)
  return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) }
}
