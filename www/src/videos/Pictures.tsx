import { useState } from "react";
import type { RunControls } from "sluicegate/react";
import { Icon } from "../Icon";
import { ItemGrid } from "../systems/ItemGrid";
import type { Video } from "./api";
import type { Pipeline } from "./definition";
import type { Outputs } from "./pipeline";

interface PicturesProps {
  readonly pipeline: Pipeline;
  readonly outputs: Readonly<Partial<Outputs>>;
  readonly videos: RunControls<Video>;
}

/** The grid picture, and what becomes of each of its panels. */
export function Pictures({ pipeline, outputs, videos }: PicturesProps) {
  const [isStill, setStill] = useState(false);
  const { text_to_image: picture, split_image: panels } = outputs;
  const { prompt, prompts } = pipeline.steps.image_to_video.params;
  if (!picture) return null;
  const saved = pipeline.save_intermediates && panels ? panels : [];
  return (
    <section
      className="panel pictures"
      data-grid={pipeline.steps.split_image.params.grid}
      aria-labelledby="pictures-heading"
    >
      <div className="pictures-head">
        <h2 id="pictures-heading">Image, panels, videos</h2>
        <button type="button" className="button small" data-testid="still" onClick={() => setStill(!isStill)}>
          <Icon name={isStill ? "play" : "pause"} />
          {isStill ? "Play videos" : "Pause videos"}
        </button>
      </div>
      <figure className="grid-picture">
        <img src={picture.output_url} data-testid="grid" alt={`Grid image: ${pipeline.prompt}`} />
        <figcaption className="muted">
          {panels
            ? `Split into ${panels.length} images of ${panels[0]!.width} × ${panels[0]!.height}`
            : "Not split yet"}
          {saved.length > 0 && ". Saved: "}
          {saved.map(({ name, url }) => (
            <a key={name} href={url} download={`${name}.png`}>
              {name}.png{" "}
            </a>
          ))}
        </figcaption>
      </figure>
      {panels && (
        <ItemGrid
          items={videos.items}
          nameOf={({ index, key }) => `${key}: ${prompts[index] ?? prompt}`}
          onRetry={(key) => void videos.retry(key)}
          show={(item) => {
            const panel = panels[item.index];
            if (!panel) return null;
            if (item.status !== "fulfilled") return <img src={panel.url} data-testid={`image-${item.key}`} alt="" />;
            const { output_url } = item.value;
            return (
              <picture>
                <source media="(prefers-reduced-motion: reduce)" srcSet={panel.url} />
                <img
                  src={isStill ? panel.url : output_url}
                  data-testid={`video-${item.key}`}
                  data-video={output_url}
                  alt={`Video of ${item.key}`}
                />
              </picture>
            );
          }}
        />
      )}
    </section>
  );
}
