// SPDX-FileCopyrightText: Xinqiao contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reads a checkpoint and the entries under it with grpc-js, and prints one JSON object. The contract is read from the
// .proto files, not from anything that Python generated.
//
//   node read_feed.js PROTOS ADDRESS NAME CA CERTIFICATE KEY ORIGIN

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [protos, address, name, ca, certificate, key, origin] = process.argv.slice(2);

const definition = loader.loadSync(path.join("creditexchange", "v1", "feed_service.proto"), {
  includeDirs: [protos],
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
});
const { FeedService } = grpc.loadPackageDefinition(definition).creditexchange.v1;
const credentials = grpc.credentials.createSsl(
  fs.readFileSync(ca),
  fs.readFileSync(key),
  fs.readFileSync(certificate),
);
const client = new FeedService(address, credentials, { "grpc.ssl_target_name_override": name });
const deadline = () => new Date(Date.now() + 10000);

function checkpoint() {
  return new Promise((resolve, reject) => {
    const done = (error, response) => (error ? reject(error) : resolve(response.checkpoint));
    client.GetCheckpoint({ origin }, { deadline: deadline() }, done);
  });
}

function entries(size) {
  return new Promise((resolve, reject) => {
    const read = [];
    const flow = client.ReadEntries({ origin, checkpoint_size: size }, { deadline: deadline() });
    flow.on("data", (chunk) => read.push(...chunk.entries));
    flow.on("error", reject);
    flow.on("end", () => resolve(read));
  });
}

async function main() {
  const note = await checkpoint();
  const read = await entries(note.toString("utf8").split("\n")[1]);
  const leaves = read.map((entry) => entry.leaf.toString("base64"));
  const states = read.map((entry) => entry.payload_state);
  return { checkpoint: note.toString("base64"), leaves, states };
}

main()
  .then((result) => console.log(JSON.stringify(result)))
  .catch((error) => {
    console.log(JSON.stringify({ code: error.code, details: error.details || String(error) }));
    process.exitCode = 1;
  })
  .finally(() => client.close());
