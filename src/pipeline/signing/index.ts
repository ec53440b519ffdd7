/** Signing of whole zones on all processors. */
export { SignedForm } from './node-signer.ts'
export { NodeSpool } from './node-spool.ts'
export { NodePacker, type PackedNode, packedKey, packedLength, unpackNode } from './packed-node.ts'
export { SigningPool, type SigningPoolOptions, SigningThreadError } from './pool.ts'
export { SignatureRefusal } from './signature-check.ts'
export { type SignedZoneVisitor, type WholeZoneOptions, WholeZoneSigning } from './whole-zone.ts'
