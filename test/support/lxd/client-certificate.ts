import { newClientCertificate } from "../../../server/driver/incus/access/identity";

/** Returns a client certificate in PEM that was issued at this time. */
export async function issueClientCertificate(at: Date): Promise<string> {
  return (await newClientCertificate(at)).certificate;
}
