/** An upsert of a signed delegation, with what a test changes of it; what is undefined is left out. */
export function domainLine(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    v: 1,
    seq: 7,
    at: '2026-11-24T08:00:00Z',
    kind: 'domain',
    op: 'upsert',
    name: 'example.zz',
    registrar: 'REG-1',
    statuses: ['ok'],
    ns: ['ns1.example.zz', 'ns.elsewhere.net'],
    ds: [{ keyTag: 12345, algorithm: 13, digestType: 2, digest: 'ab'.repeat(32) }],
    ...changes,
  })
}

export function hostLine(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    v: 1,
    seq: 8,
    at: '2026-11-24T08:00:00Z',
    kind: 'host',
    op: 'upsert',
    name: 'ns1.example.zz',
    registrar: 'REG-1',
    statuses: ['linked'],
    addrs: ['192.0.2.1', '2001:db8::1'],
    ...changes,
  })
}

export function rrsetLine(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    v: 1,
    seq: 9,
    at: '2026-11-24T08:00:00Z',
    kind: 'rrset',
    op: 'upsert',
    name: 'zz.',
    type: 'TXT',
    ttl: 3600,
    rdata: ['"v=spf1 -all"'],
    ...changes,
  })
}
