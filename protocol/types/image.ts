/** Describes an image that instances can start from. */
export interface Image {
  /** The name of the image. */
  name: string;
  /** The size of the image on the daemon's disk, in bytes. */
  sizeBytes: number;
  /** When the image was created: a UTC time in ISO 8601, such as `2026-07-10T12:00:00.000Z`. */
  createdAt: string;
  /** The account that it belongs to: the name of the token that imported it. Absent for old daemons. */
  account?: string;
}

/** Selects the archive that `image.import` reads. */
export interface ImageImportParameters {
  /** The name of the new image: 1 to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `+` and `-`. */
  name: string;
  /**
   * The absolute path of a root file system archive on the daemon's host: tar, plain or packed by gzip, bzip2, xz or
   * zstd.
   */
  path: string;
}

/** Selects an image. */
export interface ImageTarget {
  /** The name of the image. */
  name: string;
}

/** Tells whether `image.remove` had something to remove. */
export interface ImageRemoval {
  /** False if the image did not exist. */
  removed: boolean;
}

/** Contains the parameters of `image.uploadStart`. */
export interface ImageUploadStartParameters {
  /** The name of the new image: 1 to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `+` and `-`. */
  name: string;
  /** The size of the archive in bytes: at most 2 GiB. */
  sizeBytes: number;
}

/** Selects an upload. */
export interface ImageUpload {
  /** The id that `image.uploadStart` returned: 32 hexadecimal digits. */
  upload: string;
}

/** Contains the parameters of `image.uploadWrite`. */
export interface ImageUploadWriteParameters extends ImageUpload {
  /** The position of the piece in the archive, in bytes. */
  offset: number;
  /** The piece in base64: at most 8 MiB. */
  data: string;
}

/** Tells how much of an archive has arrived. */
export interface ImageUploadProgress {
  /** The number of bytes. */
  received: number;
}

/** Tells whether `image.uploadCancel` had something to drop. */
export interface ImageUploadCancellation {
  /** False if the upload did not exist. */
  cancelled: boolean;
}
