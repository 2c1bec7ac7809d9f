// What bundles for browsers hold in place of drop-connect-native.ts (`browser` in package.json): no op is native there.

export function nativeProduct(): null {
  return null;
}

export function nativeGradients(): null {
  return null;
}
