import { decode } from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RRClass, RRType } from '../iana/index.ts'
import { decompressName, HeaderFlag, lowerName, type Name, nameFromText, namesEqual, nameToText } from './index.ts'
import { rdataFromText } from './rdata/index.ts'
import { MessageWriter } from './writer.ts'

const name = nameFromText
const rdata = (type: keyof typeof RRType, text: string) => rdataFromText(RRType[type], text, name('example.com.'))

function begun(limit = 65_535): MessageWriter {
  const writer = new MessageWriter(new Uint8Array(65_535))
  writer.begin(limit)
  return writer
}

describe('MessageWriter', () => {
  it('writes what dns-packet reads', () => {
    const writer = begun()
    writer.question(name('www.example.com'), RRType.A, RRClass.IN)
    expect(writer.rrset(1, name('WWW.example.com'), RRType.A, 1, 300, [rdata('A', '192.0.2.1')])).toBe(true)
    expect(
      writer.rrset(2, name('example.com'), RRType.NS, 1, 600, [rdata('NS', 'ns1'), rdata('NS', 'ns.example.net.')]),
    ).toBe(true)
    expect(writer.rrset(3, name('example.com'), RRType.MX, 1, 600, [rdata('MX', '10 mail.EXAMPLE.NET.')])).toBe(true)
    const soa = 'ns1 hostmaster 1 2 3 4 5'
    expect(writer.rrset(3, name('example.com'), RRType.SOA, 1, 600, [rdata('SOA', soa)])).toBe(true)
    const length = writer.finish(0x1234, HeaderFlag.QR | HeaderFlag.AA)
    const message = decode(Buffer.from(writer.buffer.subarray(0, length)))
    expect(message.id).toBe(0x1234)
    expect(message.flag_aa).toBe(true)
    expect(message.questions?.[0]?.name).toBe('www.example.com')
    expect(message.answers).toMatchObject([{ name: 'www.example.com', type: 'A', ttl: 300, data: '192.0.2.1' }])
    expect(message.authorities).toMatchObject([
      { name: 'example.com', type: 'NS', data: 'ns1.example.com' },
      { name: 'example.com', type: 'NS', data: 'ns.example.net' },
    ])
    expect(message.additionals).toMatchObject([
      { type: 'MX', data: { preference: 10, exchange: 'mail.example.net' } },
      {
        type: 'SOA',
        data: { mname: 'ns1.example.com', rname: 'hostmaster.example.com', serial: 1, minimum: 5 },
      },
    ])
  })

  it('compresses as RFC 1035 4.1.4 shows', () => {
    const writer = begun()
    const at = writer.offset
    writer.question(name('F.ISI.ARPA'), RRType.A, 1)
    writer.pointers = []
    writer.rrset(1, name('foo.f.isi.arpa'), RRType.A, 1, 0, [rdata('A', '10.0.0.1')])
    writer.rrset(1, name('arpa'), RRType.A, 1, 0, [rdata('A', '10.0.0.1')])
    writer.rrset(1, name('.'), RRType.A, 1, 0, [rdata('A', '10.0.0.1')])
    const records = at + 12 + 4
    expect(Array.from(writer.buffer.subarray(records, records + 6))).toEqual([3, 0x66, 0x6f, 0x6f, 0xc0, at])
    expect(Array.from(writer.buffer.subarray(records + 20, records + 22))).toEqual([0xc0, at + 6])
    expect(writer.buffer[records + 36]).toBe(0)
    expect(writer.pointers).toEqual([records + 4, records + 20])
  })

  it('compresses rdata of RFC 1035 types only (RFC 3597 4)', () => {
    const writer = begun()
    writer.question(name('example.com'), RRType.SRV, 1)
    const before = writer.offset
    writer.rrset(1, name('example.com'), RRType.SRV, 1, 0, [rdata('SRV', '1 2 3 example.com.')])
    expect(writer.offset - before).toBe(2 + 10 + 6 + 13)
    writer.rrset(1, name('example.com'), RRType.MX, 1, 0, [rdata('MX', '1 example.com.')])
    expect(writer.offset - before).toBe(31 + 2 + 10 + 2 + 2)
  })

  it('adds an RRset whole or not at all', () => {
    const writer = begun(100)
    writer.pointers = []
    writer.question(name('example.com'), RRType.NS, 1)
    const before = writer.offset
    const set = ['a', 'b', 'c', 'd', 'e'].map((host) => rdata('NS', `${host}.nic.example.net.`))
    expect(writer.rrset(1, name('example.com'), RRType.NS, 1, 0, set)).toBe(false)
    expect(writer.offset).toBe(before)
    expect(writer.pointers).toEqual([])
    expect(writer.count(1)).toBe(0)
    // Nothing may point to names that were taken back.
    expect(writer.rrset(1, name('nic.example.net'), RRType.A, 1, 0, [rdata('A', '10.0.0.1')])).toBe(true)
    expect(nameToText(decompressName(writer.buffer, before, writer.offset).name)).toBe('nic.example.net.')
    expect(writer.pointers).toEqual([])
    expect(writer.count(1)).toBe(1)
  })

  it('fits a record exactly', () => {
    for (const [limit, fits] of [
      [45, true],
      [44, false],
    ] as const) {
      const writer = begun(limit)
      writer.question(name('example.com'), RRType.A, 1)
      expect(writer.rrset(1, name('example.com'), RRType.A, 1, 0, [rdata('A', '10.0.0.1')])).toBe(fits)
    }
  })

  it('truncates to the question, whose names stay known', () => {
    const writer = begun()
    writer.question(name('example.com'), RRType.A, 1)
    const question = writer.offset
    writer.rrset(1, name('a.example.com'), RRType.A, 1, 0, [rdata('A', '10.0.0.1')])
    writer.truncate()
    expect(writer.offset).toBe(question)
    expect([writer.count(0), writer.count(1)]).toEqual([1, 0])
    writer.rrset(1, name('a.example.com'), RRType.A, 1, 0, [rdata('A', '10.0.0.1')])
    expect(writer.offset - question).toBe(4 + 14)
  })

  it('never points beyond 14 bits, and keeps names whole in a message of 64 KiB', () => {
    const writer = begun()
    const owners: Name[] = []
    const starts: number[] = []
    for (let i = 0; ; i++) {
      const owner = name(`h${i}.z${i % 97}.example.com`)
      const start = writer.offset
      if (!writer.rrset(1, owner, RRType.A, 1, 0, [rdata('A', '10.0.0.1')])) break
      owners.push(owner)
      starts.push(start)
    }
    expect(owners.length).toBeGreaterThan(2000)
    for (const [i, owner] of owners.entries()) {
      expect(namesEqual(decompressName(writer.buffer, starts[i]!, writer.offset).name, owner)).toBe(true)
    }
  })

  it('keeps any names, whatever their order (property)', () => {
    const label = fc.uint8Array({ minLength: 1, maxLength: 3 })
    const anyName = fc.array(label, { maxLength: 5 }).map((labels) => {
      const octets: number[] = []
      for (const part of labels) octets.push(part.length, ...part)
      return Uint8Array.from([...octets, 0])
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyName, fc.array(anyName, { minLength: 1, maxLength: 3 })), { maxLength: 30 }),
        (sets) => {
          const writer = begun(600)
          const written: [Name, number][] = []
          for (const [owner, targets] of sets) {
            let at = writer.offset
            if (!writer.rrset(1, owner, RRType.NS, 1, 7, targets)) continue
            for (const target of targets) {
              written.push([owner, at])
              at = decompressName(writer.buffer, at, writer.offset).next + 10
              written.push([target, at])
              at = decompressName(writer.buffer, at, writer.offset).next
            }
            expect(at).toBe(writer.offset)
          }
          expect(writer.offset).toBeLessThanOrEqual(600)
          for (const [expected, at] of written) {
            const found = decompressName(writer.buffer, at, writer.offset).name
            expect(lowerName(found)).toEqual(lowerName(expected))
          }
        },
      ),
    )
  })
})
