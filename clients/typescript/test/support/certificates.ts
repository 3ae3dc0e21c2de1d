import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function openssl(folder: string, ...words: string[]): void {
  const result = spawnSync("openssl", words, { cwd: folder });
  if (result.status !== 0) throw new Error(`openssl ${words.join(" ")}: ${new TextDecoder("utf-8").decode(result.stderr)}`);
}

/** Makes `NAME.pem` and `NAME.key`, an authority of its own. */
export function makeAuthority(folder: string, name: string): void {
  openssl(folder, "req", "-x509", ...key, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-days", "2", "-subj", `/CN=${name}`);
}

/** Makes `NAME.pem` and `NAME.key`, signed by the authority, for a server on 127.0.0.1 or for a client of that name. */
export function makeCertificate(folder: string, authority: string, name: string): void {
  openssl(folder, "req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
  writeFileSync(`${folder}/${name}.ext`, "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
  const signing = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial", "-days", "2"];
  openssl(folder, "x509", "-req", "-in", `${name}.csr`, ...signing, "-out", `${name}.pem`, "-extfile", `${name}.ext`);
}
