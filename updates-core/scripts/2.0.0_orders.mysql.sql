-- upgrade: description = orders
--
-- An order says what was agreed on that day. So its lines copy SKU, name, chosen answers and price instead of
-- pointing at them: a product that is renamed, made dearer or deleted must not change an old invoice. The
-- reference to the product stays for statistics and may become NULL.
--
-- Money in orders is whole cents. Sums of DOUBLE drift, and an invoice that is wrong by one cent is wrong.

CREATE TABLE #__orders (
    id          INT         NOT NULL AUTO_INCREMENT PRIMARY KEY,
    number      VARCHAR(50) NOT NULL,
    customer_id INT         NOT NULL,
    state       VARCHAR(50) NOT NULL DEFAULT 'open',
    ordered_at  DATETIME    NOT NULL DEFAULT (utc_timestamp()),
    total_cents BIGINT      NOT NULL DEFAULT 0,
    UNIQUE INDEX #__orders_number (number),
    INDEX #__orders_customer (customer_id),
    CONSTRAINT #__orders_customer FOREIGN KEY (customer_id) REFERENCES #__customers (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE #__order_lines (
    id          INT           NOT NULL AUTO_INCREMENT PRIMARY KEY,
    order_id    INT           NOT NULL,
    product_id  INT,
    sku         VARCHAR(100)  NOT NULL,
    name        VARCHAR(200)  NOT NULL,
    answers     VARCHAR(2000) NOT NULL DEFAULT '',
    quantity    INT           NOT NULL,
    price_cents BIGINT        NOT NULL,
    INDEX #__order_lines_order (order_id),
    INDEX #__order_lines_product (product_id),
    CONSTRAINT #__order_lines_order FOREIGN KEY (order_id) REFERENCES #__orders (id) ON DELETE CASCADE,
    CONSTRAINT #__order_lines_product FOREIGN KEY (product_id) REFERENCES #__products (id) ON DELETE SET NULL,
    CONSTRAINT #__order_lines_quantity CHECK (quantity > 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
