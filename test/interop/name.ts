/**
 * Names for the comparison, written apart from src/wire so that a bug there cannot hide itself: a name is its wire
 * form, or its presentation form with every octet outside a safe set as \DDD (RFC 1035 5.1).
 */

const BACKSLASH = 0x5c

/** Presentation form, fully qualified or not (it is taken as fully qualified), to wire form. */
export function wireName(text: string): Uint8Array {
  const labels: number[][] = [[]]
  const octets = Buffer.from(text, 'latin1')
  for (let i = 0; i < octets.length; i++) {
    let octet = octets[i]!
    if (octet === 0x2e) {
      labels.push([])
      continue
    }
    if (octet === BACKSLASH) {
      const digits = text.slice(i + 1, i + 4)
      if (/^\d{3}$/.test(digits)) {
        octet = Number(digits)
        i += 3
      } else octet = octets[++i]!
    }
    labels.at(-1)!.push(octet)
  }
  return labelsToWire(labels.filter((label) => label.length > 0).map((label) => Uint8Array.from(label)))
}

export function labelsToWire(labels: readonly Uint8Array[]): Uint8Array {
  const out: number[] = []
  for (const label of labels) {
    if (label.length > 63) throw new RangeError(`label of ${label.length} octets`)
    out.push(label.length, ...label)
  }
  out.push(0)
  if (out.length > 255) throw new RangeError(`name of ${out.length} octets`)
  return Uint8Array.from(out)
}

/** The labels of an uncompressed name, without the root's. */
export function wireToLabels(name: Uint8Array): Uint8Array[] {
  const labels: Uint8Array[] = []
  for (let at = 0; name[at] !== 0; at += name[at]! + 1) labels.push(name.subarray(at + 1, at + 1 + name[at]!))
  return labels
}

export function textName(name: Uint8Array): string {
  const labels = wireToLabels(name).map((label) => {
    let text = ''
    for (const octet of label) {
      text += /[\w\-*/!#$%&'+,:<=>?^`{|}~]/.test(String.fromCharCode(octet))
        ? String.fromCharCode(octet)
        : `\\${String(octet).padStart(3, '0')}`
    }
    return text
  })
  return `${labels.join('.')}.`
}

/** ASCII letters to lower case, nothing else (RFC 4343 3). Works on any octets, also on whole rdata. */
export function lowerOctets(octets: Uint8Array): Uint8Array {
  return octets.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet))
}
