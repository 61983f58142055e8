// Two people with the official Socket.IO client over long-polling, behind a balancer, as the integration tests ask for it:
//   node end2end/behind-a-balancer.mjs '{"url", "tokens": [token, token]}'
// Every line that it says is what happened to one of them, as JSON. It ends with its standard input.
import { io } from "socket.io-client";

const { url, tokens } = JSON.parse(process.argv[2]);
const say = (who, what, more) => console.log(JSON.stringify({ who, what, more }));

tokens.forEach((token, who) => {
  const socket = io(`${url}/events`, {
    auth: { token }, transports: ["polling"], forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 500,
    // A browser sends cookies to its own page's server by itself; in Node it must be asked for.
    withCredentials: true,
  });
  socket.on("sync:head", () => say(who, "stands"));
  socket.on("load:created", ({ data }) => say(who, "load:created", data.loadId));
  socket.on("disconnect", (reason, details) => say(who, "disconnect", `${reason} ${details?.description ?? ""}`));
  socket.on("connect_error", (error) => say(who, "connect_error", error.message));
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
