// A program that comes to its end without a word to its fleet.
import { startFleet } from "minicloud/testing";

const { hosts } = await startFleet({ count: 2 });
console.log(hosts.length);
