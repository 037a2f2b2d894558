import { afterAll } from "vitest"
import { type EtcdCluster, type EtcdNode, type EtcdSetup, launchEtcd } from "./etcd-cluster.ts"

export { type EtcdNode, hasEtcd } from "./etcd-cluster.ts"

const clusters: EtcdCluster[] = []

afterAll(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.end()))
})

/** A new etcd cluster that lasts as long as the tests of this file. */
export async function startEtcd(count = 1, setup: EtcdSetup = {}): Promise<readonly EtcdNode[]> {
  const cluster = await launchEtcd(count, setup)
  clusters.push(cluster)
  return cluster.nodes
}
