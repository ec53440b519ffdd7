/** Signing of whole zones on all processors. */
export { SignedForm } from './node-signer.ts'
export { NodePacker, type PackedNode, packedLength, unpackNode } from './packed-node.ts'
export { SigningPool, type SigningPoolOptions, SigningThreadError } from './pool.ts'
export { type SignedZoneVisitor, type WholeZoneOptions, WholeZoneSigning } from './whole-zone.ts'
