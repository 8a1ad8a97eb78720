const stockName = /^(micro|debian-\d+)$/;

/** Returns whether an image of this name is one that `mcc build-image` builds. Users do not upload such images. */
export function isStockName(name: string): boolean {
  return stockName.test(name);
}
