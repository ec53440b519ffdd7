import type { NodeContext } from './context.ts'
import type { Severity } from './finding.ts'
import type { Report } from './report.ts'

/**
 * One row of the table of zone checks. A check is an error when at least two of BIND, NSD and Knot refuse the zone for
 * it, or when the zone could not be answered for, or validated, at all; else it is a warning: a TLD must not
 * disappear because of one delegation.
 */
export interface ZoneCheck {
  /** Stable name, as printed and as a key of counts. */
  readonly name: string
  readonly severity: Severity
  /** What is wrong where the check finds something. */
  readonly finds: string
  /** The rule that is broken, and why it matters. */
  readonly why: string
  /** Where the rule stands. */
  readonly rfc: string
  /** What named-checkzone, nsd-checkzone, kzonecheck and the DNSSEC verifiers say. */
  readonly peers: string
  /** When true, the findings are folded into one, with their count and the first as an example. */
  readonly summary?: true
}

/** A check that needs to see no more than one node at a time; others are made by a {@link Tracker}. */
export interface NodeCheck extends ZoneCheck {
  /** Kinds of nodes to call it for: a union of `Place` bits. */
  readonly at: number
  readonly find: (context: NodeContext, report: Report) => void
}

/** Makes checks that span nodes: sees every node in canonical order and keeps what little it needs between them. */
export interface Tracker {
  node(context: NodeContext): void
  /** Called once, after the last node. */
  finish(): void
}
