import type { Name } from '../../wire/index.ts'
import { nameToText } from '../../wire/index.ts'
import type { DomainObject, HostObject, RRsetObject } from '../object.ts'
import type { FeedReader, StateEntry } from '../reader.ts'
import { DueList } from './due.ts'
import { Prefix, type Ref, recordKey, refOf, refOfName, rrsetKey } from './keys.ts'
import { OwnRRsets } from './own-rrsets.ts'
import { RecordTable, type Row } from './table.ts'
import { HostUsers } from './users.ts'

/** The registry, and the operator's own RRsets, as a batch has made them of what the last commit left. */
export class Draft {
  readonly reader: FeedReader
  readonly domains: RecordTable<DomainObject>
  readonly hosts: RecordTable<HostObject>
  /** RRsets of the operator's own that wait for their time; what counts of them is the zone's. */
  readonly waiting: RecordTable<RRsetObject>
  readonly users: HostUsers
  readonly due: DueList
  readonly own: OwnRRsets
  readonly #refs = new Map<string, Ref>()

  constructor(reader: FeedReader) {
    this.reader = reader
    this.domains = new RecordTable(reader)
    this.hosts = new RecordTable(reader)
    this.waiting = new RecordTable(reader)
    this.users = new HostUsers(reader)
    this.due = new DueList(reader)
    this.own = new OwnRRsets(reader)
  }

  get origin(): Name {
    return this.reader.origin
  }

  /** The zone in presentation form. */
  get zone(): string {
    return nameToText(this.origin)
  }

  /** @param text presentation form, fully qualified, lower case */
  ref(text: string): Ref {
    let ref = this.#refs.get(text)
    if (ref === undefined) {
      ref = refOf(text, this.origin)
      this.#refs.set(text, ref)
    }
    return ref
  }

  isApex(ref: Ref): boolean {
    return ref.inZone && ref.name.length === this.origin.length
  }

  domain(ref: Ref): Row<DomainObject> {
    return this.domains.row(recordKey(Prefix.domains, ref))
  }

  host(ref: Ref): Row<HostObject> {
    return this.hosts.row(recordKey(Prefix.hosts, ref))
  }

  waitingRRset(ref: Ref, type: number): Row<RRsetObject> {
    return this.waiting.row(rrsetKey(ref, type))
  }

  /** Types of the operator's RRsets at a name below the apex. */
  ownTypes(owner: Name, text: string): number[] {
    const hasHost = () => {
      const { before, now } = this.host(refOfName(owner, this.origin, text))
      return before.live !== null || now.live !== null
    }
    return this.own.types(owner, text, hasHost)
  }

  /** What is to be written of the registry. */
  state(): StateEntry[] {
    const tables = [this.domains, this.hosts, this.waiting, this.users, this.due]
    return tables.flatMap((table) => [...table.changes()])
  }
}
