-- upgrade: description = customers and carts
--
-- A cart belongs to a visitor, known by a token in a cookie, long before it belongs to a customer. It also
-- outlives the customer's account, hence SET NULL there and CASCADE downwards.
--
-- Times are UTC. CURRENT_TIMESTAMP would be the time of whatever zone the session or the server stands in.
--
-- Two people never share an address that differs in upper and lower case only, whatever the standard says. A collation
-- that ignores case would ignore accents too; hence the column that is computed, takes no space and has the index.
--
-- A reference has another name than any index: InnoDB gives its name to the index that it makes for it, and an index
-- that replaces that one under the same name changes nothing that a restart after a crash could see.

CREATE TABLE #__customers (
    id          INT          NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email       VARCHAR(254) NOT NULL,
    name        VARCHAR(200) NOT NULL,
    created_at  DATETIME     NOT NULL DEFAULT (utc_timestamp()),
    email_lower VARCHAR(254) GENERATED ALWAYS AS (lower(email)) VIRTUAL,
    UNIQUE INDEX #__customers_email (email_lower)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE #__carts (
    id          INT          NOT NULL AUTO_INCREMENT PRIMARY KEY,
    token       VARCHAR(100) NOT NULL,
    customer_id INT,
    updated_at  DATETIME     NOT NULL DEFAULT (utc_timestamp()),
    UNIQUE INDEX #__carts_token (token),
    CONSTRAINT #__carts_of_customer FOREIGN KEY (customer_id) REFERENCES #__customers (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE #__cart_items (
    id         INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    cart_id    INT NOT NULL,
    product_id INT NOT NULL,
    quantity   INT NOT NULL DEFAULT 1,
    CONSTRAINT #__cart_items_of_cart FOREIGN KEY (cart_id) REFERENCES #__carts (id) ON DELETE CASCADE,
    CONSTRAINT #__cart_items_of_product FOREIGN KEY (product_id) REFERENCES #__products (id) ON DELETE CASCADE,
    CONSTRAINT #__cart_items_quantity CHECK (quantity > 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE #__cart_item_answers (
    cart_item_id INT NOT NULL,
    answer_id    INT NOT NULL,
    PRIMARY KEY (cart_item_id, answer_id),
    CONSTRAINT #__cart_item_answers_item FOREIGN KEY (cart_item_id) REFERENCES #__cart_items (id) ON DELETE CASCADE,
    CONSTRAINT #__cart_item_answers_of_answer FOREIGN KEY (answer_id) REFERENCES #__answers (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
