# The service in a container. By itself it runs embedded, its data in the volume /data:
#   docker build -t jari . && docker run -p 127.0.0.1:8080:8080 -e NODE_ENV=development -v jari:/data jari
# compose.yaml runs it at full size. The Node version is the one that package.json pins.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs its install script here: the only one that has one fetches Node, which the image is.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY contract contract
COPY charts charts
COPY scripts/pages scripts/pages
COPY web web
COPY server server
RUN node scripts/pages/build.ts && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
WORKDIR /app
COPY --from=build /app ./
RUN install -d -o node -g node /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8080
# Node's own fetch, since a slim image has no curl.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that SIGTERM reaches it and it can finish what it has begun.
CMD ["node", "server/main.ts"]
