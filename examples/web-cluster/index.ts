// A web site: a load balancer, which passes each request to one of its backends.
//
//   pulumi up
//   curl $(pulumi stack output url)       # another host each time
//   pulumi config set backends 5 && pulumi up
//
// Destroy a backend with `mcc destroy-instance`: the site still works, and the next `pulumi up` creates it again.
import * as pulumi from "@pulumi/pulumi";
import * as minicloud from "minicloud";

const backends = new minicloud.Fleet("backend", {
  count: new pulumi.Config().getNumber("backends") ?? 3,
  type: "light",
  userData: `
    mkdir -p /srv/www
    hostname > /srv/www/index.html
    httpd -h /srv/www`,
  waitFor: { http: "/" },
});

const balancer = new minicloud.Instance("balancer", {
  type: "light",
  // Tries the backends in random order until one answers.
  userData: pulumi.interpolate`
    mkdir -p /srv/www/cgi-bin
    cat > /srv/www/cgi-bin/index.cgi <<'END'
#!/bin/sh
for backend in $(shuf -e ${backends.ipAddresses.apply((addresses) => addresses.join(" "))}); do
  page=$(timeout 1 wget -q -O - "http://$backend/") && break
done
printf 'Content-Type: text/plain\\r\\n\\r\\n%s\\n' "\${page:-no backend answers}"
END
    chmod +x /srv/www/cgi-bin/index.cgi
    httpd -h /srv/www`,
  waitFor: { http: "/" },
});

export const url = pulumi.interpolate`http://${balancer.ipAddress}/`;
export const backendNames = backends.instances.apply((hosts) => hosts.map(({ name }) => name));
