/** Chains of NSEC and NSEC3 records, by which a zone proves what it does not hold. */
export { nsec3Types, nsecTypes } from './bitmap.ts'
export { type ChainEdit, type ChainLink, type ChainView, editChain } from './chain-edit.ts'
export { BrokenChainError, hashOfNode, nsec3ChainOf, nsecChainOf } from './chain-views.ts'
export { type ChainFeeder, isChained, Nsec3Feeder, NsecFeeder } from './names.ts'
export { NsecChain, type NsecVisitor, nsecRdata } from './nsec.ts'
export {
  HashCollisionError,
  NSEC3_HASH_LENGTH,
  Nsec3Chain,
  Nsec3Names,
  type Nsec3Visitor,
  nsec3Owner,
  nsec3ParamRdata,
  nsec3Rdata,
  PLAIN_NSEC3,
} from './nsec3.ts'
