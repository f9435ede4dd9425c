// Node.js 20 lacks Promise.withResolvers, which js-libp2p uses while it loads: start node with --import ./polyfill.mjs.
Promise.withResolvers ??= function withResolvers() {
  let resolve, reject
  const promise = new this((onResolve, onReject) => { [resolve, reject] = [onResolve, onReject] })
  return { promise, resolve, reject }
}
