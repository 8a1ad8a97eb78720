// Hosts for chaos.ts to kill. All of them give the same answer.
import * as minicloud from "minicloud";

const fleet = new minicloud.Fleet("chaos", {
  count: 4,
  type: "light",
  ttl: "1h",
  userData: `
    mkdir -p /srv/www
    echo alive > /srv/www/index.html
    httpd -h /srv/www`,
  waitFor: { http: "/" },
});

export const hosts = fleet.instances;
