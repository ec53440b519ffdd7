import { octetText } from '../../wire/index.ts'
import type { FeedReader, StateEntry } from '../reader.ts'
import { type Ref, userKey, usersPrefix } from './keys.ts'

/** What stands under a key of the index: the key says everything. */
export const USER_VALUE = Uint8Array.of(0x31)

/** The apex among the users of a host. */
export const APEX_USER = new Uint8Array(0)

/** Which published domains, and whether the apex, name a host of the zone: the index as a batch has made of it. */
export class HostUsers {
  readonly #reader: FeedReader
  readonly #hosts = new Map<string, { readonly host: Ref; readonly users: Map<string, boolean> }>()

  constructor(reader: FeedReader) {
    this.#reader = reader
  }

  /** @param user sort key of the domain, empty for the apex */
  set(host: Ref, user: Uint8Array, uses: boolean): void {
    let entry = this.#hosts.get(host.text)
    if (entry === undefined) {
      entry = { host, users: new Map() }
      this.#hosts.set(host.text, entry)
    }
    entry.users.set(octetText(user), uses)
  }

  has(host: Ref, user: Uint8Array): boolean {
    const known = this.#hosts.get(host.text)?.users.get(octetText(user))
    return known ?? this.#reader.state(userKey(host, user)) !== undefined
  }

  /** Looks at no more of the host's users than the batch has taken away, and one. */
  isUsed(host: Ref): boolean {
    if (!host.inZone) return false
    const users = this.#hosts.get(host.text)?.users
    if (users !== undefined) for (const uses of users.values()) if (uses) return true
    const prefix = usersPrefix(host)
    for (const { key } of this.#reader.states(prefix)) {
      if (users?.get(octetText(key.subarray(prefix.length))) !== false) return true
    }
    return false
  }

  /** Hosts whose users the batch has changed, or changed back. */
  *touched(): Generator<Ref> {
    for (const { host } of this.#hosts.values()) yield host
  }

  *changes(): Generator<StateEntry> {
    for (const { host, users } of this.#hosts.values()) {
      for (const [user, uses] of users) {
        const key = userKey(host, Buffer.from(user, 'latin1'))
        if ((this.#reader.state(key) !== undefined) !== uses) yield { key, value: uses ? USER_VALUE : undefined }
      }
    }
  }
}
