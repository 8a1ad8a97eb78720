import { closeSync, fdatasync, fsync, openSync } from "node:fs";

/** Ensures that what was written to an open file survives a power cut. */
export async function syncData(descriptor: number): Promise<void> {
  await called((done) => {
    fdatasync(descriptor, done);
  });
}

/** Ensures that a rename, a new file or a removal in the folder survives a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const descriptor = openSync(folder, "r");
  try {
    await called((done) => {
      fsync(descriptor, done);
    });
  } finally {
    closeSync(descriptor);
  }
}

/** Waits for a call with a callback. `promisify` would make a new function for each call, which costs some 20 microseconds. */
async function called(call: (done: (error: Error | null) => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    call((error) => (error === null ? resolve() : reject(error)));
  });
}
