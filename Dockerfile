# Builds the program with its development tools, then leaves them behind.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build
# Production dependencies only.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY zones ./zones
# The one place that is written: zone stores, lock and control socket. The root file system may be read-only.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 53/udp 53/tcp
# Unhealthy when the server does not answer on its control socket, or a zone is answered with SERVFAIL.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["node", "bin/zonecut", "status", "--data", "/data"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "bin/zonecut"]
# With IPv6 in the container's network, add: --listen ::@53
CMD ["serve", "--data", "/data", "--listen", "0.0.0.0@53"]
